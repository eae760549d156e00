/** Hands a file to the browser, which saves it where the user's downloads go. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replaceAll(/[/\\:*?"<>|]+/g, " ").trim();
  link.click();
  // The download has begun by the next turn; the address is needed no more.
  window.setTimeout(() => URL.revokeObjectURL(address));
}
