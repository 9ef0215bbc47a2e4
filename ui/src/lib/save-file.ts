/** Gives the browser a text to keep as a file. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by the next turn; before, it may not.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
