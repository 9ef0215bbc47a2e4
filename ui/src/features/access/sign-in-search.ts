import { searchOf, text } from "@/lib/search";

/** Where to go afterwards, or the token of the one-time link that `tidemill up` prints. */
export const signInSearch = searchOf({
  return: text(),
  link: text(),
});
