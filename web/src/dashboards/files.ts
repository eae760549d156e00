/** Files that the user takes out of the page. */

/** Save what is at an address (`data:` or `blob:`) under a name. */
export function saveFile(name: string, address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[/\\:*?"<>|]+/g, " ").trim();
  link.click();
}

/** Save a text under a name. */
export function saveText(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  saveFile(name, address);
  URL.revokeObjectURL(address);
}
