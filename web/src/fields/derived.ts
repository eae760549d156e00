/** Derived fields: whether their dialog is open, what is asked of them, and forgetting what a removed one held. */
import { type Query, type QueryClient, queryOptions } from "@tanstack/react-query";
import { create } from "zustand";
import { derivedFields } from "../api/dashboards";

export const useDerivedDialog = create<{ open: boolean }>()(() => ({ open: false }));

export const derivedQuery = (project: string) => queryOptions({ queryKey: ["derived", project], queryFn: () => derivedFields(project) });

/** After a field was made or removed: the project's runs have other fields, and what was said under its name holds no more. */
export async function forget(client: QueryClient, project: string, name: string): Promise<void> {
  const quoted = JSON.stringify(name);
  const spokenOf = ({ queryKey }: Query) => JSON.stringify(queryKey).includes(quoted);
  client.removeQueries({ predicate: spokenOf, type: "inactive" });
  await client.invalidateQueries({ predicate: (query) => ["run", "sample"].includes(String(query.queryKey[0])) || spokenOf(query) });
  await client.invalidateQueries({ queryKey: derivedQuery(project).queryKey });
}
