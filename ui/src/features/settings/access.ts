/** Roles, scopes and permissions in words, and the rules that forms say before the server does. */
import type { Permission, Role, Scope, User } from "@/lib/types";

export const ROLES = ["viewer", "operator", "editor", "admin"] as const satisfies readonly Role[];

export const ROLE_ABOUT: Record<Role, string> = {
  viewer: "sees how everything in scope stands, changes nothing",
  operator: "also reads rows, and starts, pauses, cancels and approves work",
  editor: "also changes the limits of pools, and reads audit log and settings",
  admin: "also manages users and the tokens of others",
};

/** Whether a role reaches another: each holds all that those before it hold. */
export function reaches(role: Role, least: Role): boolean {
  return ROLES.indexOf(least) <= ROLES.indexOf(role);
}

/** `all datasets`, `datasets dev_…, crm_… and tag finance`, `nothing`. */
export function scopeWords(scope: Scope): string {
  if (scope.all) return "all datasets";
  const said: string[] = [];
  if (scope.prefixes.length > 0)
    said.push(`datasets ${scope.prefixes.map((prefix) => `${prefix}…`).join(", ")}`);
  if (scope.tags.length > 0)
    said.push(`${scope.tags.length === 1 ? "tag" : "tags"} ${scope.tags.join(", ")}`);
  return said.length === 0 ? "nothing" : said.join(" and ");
}

/** `dev_, crm_` as a list: separated by commas or spaces, each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ""))];
}

/** The scope that a form describes. */
export function scopeOf(all: boolean, prefixes: string, tags: string): Scope {
  return all
    ? { all: true, prefixes: [], tags: [] }
    : { all: false, prefixes: wordsOf(prefixes), tags: wordsOf(tags) };
}

/** What is wrong with a scope as a form describes it; null where nothing is. */
export function scopeFault(scope: Scope): string | null {
  if (scope.all || scope.prefixes.length + scope.tags.length > 0) return null;
  return "Name at least one prefix or tag, or choose all datasets: without any, nothing can be seen.";
}

/** Whether the user is the only admin who can still sign in: such a one keeps role and access. */
export function isLastAdmin(user: User, users: readonly User[]): boolean {
  const admins = users.filter((each) => each.role === "admin" && !each.disabled);
  return admins.length === 1 && admins[0]?.id === user.id;
}

export const LAST_ADMIN =
  "The last admin cannot be disabled or given another role: nobody could let anybody in again. Make another user an admin first.";

/** Permissions by what they are about: `backfill.create` belongs to `backfill`. */
export function byObject(permissions: readonly Permission[]): [string, Permission[]][] {
  const groups = new Map<string, Permission[]>();
  for (const permission of permissions) {
    const object = permission.action.split(".")[0] ?? permission.action;
    groups.set(object, [...(groups.get(object) ?? []), permission]);
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}

/** What is wrong with a password before it is sent; the server has the last word. */
export function passwordFault(password: string, login: string): string | null {
  if ([...password].length < 12) return "At least 12 characters.";
  if (128 < [...password].length) return "At most 128 characters.";
  const letters = password.toLowerCase().replace(/^\P{L}+|\P{L}+$/gu, "");
  if (login !== "" && letters === login.toLowerCase()) return "Must be more than the login.";
  return null;
}

export function loginFault(login: string): string | null {
  return /^[\p{L}\p{N}@._+-]{1,100}$/u.test(login) ? null : "Letters, digits and @ . - _ +, at most 100.";
}
