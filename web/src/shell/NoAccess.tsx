import { IconKey } from "@tabler/icons-react";
import { EmptyState } from "./EmptyState";

/** The cookie of another server's launch, or none. */
export function NoAccess() {
  return (
    <EmptyState icon={<IconKey size={22} stroke={1.5} />} title="This page needs the address that percepta printed">
      Each start of <code>percepta serve</code> prints an address with a token that lets you in, in its terminal. Open that one; a bookmark of an earlier start no longer works.
    </EmptyState>
  );
}
