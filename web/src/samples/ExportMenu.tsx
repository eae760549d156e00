import { Button, Loader, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type ExportRequest, exportSamples } from "../api/dashboards";
import { wire } from "../api/client";
import type { Field } from "../api/types";
import { useRun } from "../explore/run";
import { active, type Filter } from "../filters/types";
import { ErrorNotice } from "../shell/ErrorNotice";
import { saveBlob } from "../shell/files";
import { count } from "../theme/format";
import type { Sort } from "./sorting";

type Format = NonNullable<ExportRequest["format"]>;

const FORMATS: { format: Format; title: string }[] = [
  { format: "csv", title: "CSV" },
  { format: "json", title: "JSON" },
  { format: "parquet", title: "Parquet" },
];

interface Props {
  /** What chooses the samples; null where no filter says it. */
  filter: Filter | null;
  /** How many they are; undefined while unknown. */
  samples: number | undefined;
  columns: Field[];
  sort: Sort | null;
}

/** Writes the samples on show to a file, as they are sorted, with the columns on show or all fields. */
export function ExportMenu({ filter, samples, columns, sort }: Props) {
  const { run, map } = useRun();
  const [open, setOpen] = useState(false);
  const writing = useMutation({
    mutationFn: async ({ format, fields }: { format: Format; fields: string[] | null }) => {
      const file = await exportSamples(run.id, { filter: wire(active(filter ?? [])), map: map?.id ?? null, fields, order_by: sort?.field ?? null, descending: sort?.descending ?? false, format });
      saveBlob(`${run.name}.${format}`, file);
    },
    onError: () => setOpen(true),
  });
  const names = columns.map(({ name }) => name);
  const items = (title: string, fields: string[] | null) => (
    <>
      <Menu.Label>{title}</Menu.Label>
      {FORMATS.map(({ format, title }) => (
        <Menu.Item key={format} onClick={() => writing.mutate({ format, fields })} data-testid={`export-${format}${fields ? "" : "-all"}`}>
          {title}
        </Menu.Item>
      ))}
    </>
  );
  return (
    <Menu opened={open} onChange={setOpen}>
      <Menu.Target>
        <Button size="compact-xs" variant="subtle" color="gray" leftSection={writing.isPending ? <Loader size={11} /> : <IconDownload size={13} />} data-testid="export">
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {filter === null ? (
          <Menu.Label>A selection of so many parts cannot be written as a filter. Keep only it (I) first.</Menu.Label>
        ) : (
          <>
            <Menu.Label>{samples === undefined ? "…" : `${count(samples)} ${samples === 1 ? "sample" : "samples"}`}</Menu.Label>
            {items(`${count(names.length)} columns on show`, names)}
            <Menu.Divider />
            {items("All fields", null)}
          </>
        )}
        {writing.isError && <ErrorNotice error={writing.error} />}
      </Menu.Dropdown>
    </Menu>
  );
}
