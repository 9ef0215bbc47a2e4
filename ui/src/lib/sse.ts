/** One message of an event stream. A comment has no name: it only says that the other side is there. */
export interface StreamEvent {
  name: string | null;
  id: string | null;
  data: string;
}

/**
 * Reads the text of an event stream as it comes, in pieces cut anywhere.
 * The browser's own reader hides comments, and with them whether the server is still there.
 */
export function createEventReader(onEvent: (event: StreamEvent) => void): (piece: string) => void {
  let rest = "";
  let name = "message";
  let id: string | null = null;
  let data: string[] = [];
  const line = (text: string) => {
    if (text === "") {
      if (data.length > 0) onEvent({ name, id, data: data.join("\n") });
      name = "message";
      data = [];
      return;
    }
    if (text.startsWith(":")) {
      onEvent({ name: null, id, data: text.slice(1).trim() });
      return;
    }
    const colon = text.indexOf(":");
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
    else if (field === "id") id = value;
  };
  return (piece) => {
    rest += piece;
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const text of lines) line(text);
  };
}
