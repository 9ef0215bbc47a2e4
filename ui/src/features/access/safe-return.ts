/** Where to go after signing in: only to a page of this program, never to another site. */
export function safeReturn(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])/.test(path) || /[\\\n\r\t]/.test(path)) return "/";
  return path.startsWith("/sign-in") || path.startsWith("/setup") || path.startsWith("/api/") ? "/" : path;
}
