import { searchOf, text } from "@/lib/search";

/** The token of the link that the server prints on its first start. */
export const setupSearch = searchOf({
  token: text(),
});
