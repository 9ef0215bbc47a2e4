import { searchOf, text } from "@/lib/search";

export const signInSearch = searchOf({
  /** Where to go afterwards. */
  return: text(),
  /** The token of the one-time link that `tidemill up` prints. */
  link: text(),
  /** Why signing in elsewhere failed, in a word of the server's. */
  failed: text(),
});
