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
  saveBlob(name, new Blob([text], { type }));
}

/** Save what the server answered under a name. */
export function saveBlob(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  saveFile(name, address);
  // The download has begun by the next turn; the address is needed no more.
  window.setTimeout(() => URL.revokeObjectURL(address));
}
