import { Link, useRouterState } from "@tanstack/react-router";
import { AREAS } from "./areas";

/** Where this page is: area, then the thing. */
export function Breadcrumb() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [first = "", ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  const area = AREAS.find(({ to }) => to.split("/")[1] === first);
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 text-muted">
      <ol className="flex min-w-0 items-center gap-1.5">
        <li className="truncate">
          {area && rest.length > 0 && area.label !== "Settings" ? (
            <Link to={area.to} className="hover:text-ink hover:underline">
              {area.label}
            </Link>
          ) : (
            (area?.label ?? "Tidemill")
          )}
        </li>
        {rest.map((part) => (
          <li key={part} className="flex min-w-0 items-center gap-1.5">
            <span aria-hidden="true">/</span>
            <span className="truncate text-ink" aria-current="page">
              {part}
            </span>
          </li>
        ))}
      </ol>
    </nav>
  );
}
