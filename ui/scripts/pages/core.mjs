export const PAGES = [
  { name: "overview", path: "/" },
  { name: "sign-in", path: "/sign-in", role: "none" },
];
