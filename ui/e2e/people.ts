export const ROLES = ["viewer", "operator", "admin"] as const;
export type RoleName = (typeof ROLES)[number];
export const PASSWORD = "a tide mill grinds at ebb";
