import { ZONE_CHOICES } from "@/lib/instants";
import { flag, integer, oneOf, searchOf } from "@/lib/search";

/** The sections, as the path names them. */
export const SECTIONS = ["profile", "users", "tokens", "permissions", "about"] as const;
export type Section = (typeof SECTIONS)[number];

/** `?user=2` opens a user, `?new=1` the form for another one or for a token, `?all=1` tokens of everybody. */
export const settingsSearch = searchOf({
  user: integer(1),
  new: flag(),
  all: flag(),
  tz: oneOf(ZONE_CHOICES),
});
export type SettingsSearch = ReturnType<typeof settingsSearch>;
