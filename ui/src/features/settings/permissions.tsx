import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { useSession } from "@/lib/session";
import { byObject, ROLE_ABOUT, ROLES, reaches } from "./access";
import { permissionsQuery } from "./queries";

/** Every action with the roles that hold it, as the server decides it. */
export function Permissions() {
  const { data, error, refetch } = useQuery(permissionsQuery());
  const role = useSession()?.role;
  if (error)
    return <ErrorState what="The permissions could not be loaded." error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the permissions" />;
  return (
    <div className="flex flex-col gap-3">
      <ul className="text-muted">
        {ROLES.map((each) => (
          <li key={each}>
            <span className="font-medium text-ink">{each}</span> {ROLE_ABOUT[each]}
            {each === role && <span className="text-ink"> (yours)</span>}
          </li>
        ))}
      </ul>
      <Panel title="What each role may do" flush>
        <section aria-label="Permissions of roles" tabIndex={0} className="relative overflow-x-auto">
          <table className="w-full text-left">
            <thead>
              <tr className="border-b border-line text-sm text-muted">
                <th scope="col" className="px-4 py-1.5 font-normal">
                  Action
                </th>
                <th scope="col" className="min-w-56 px-4 py-1.5 font-normal">
                  What it is
                </th>
                {ROLES.map((each) => (
                  <th
                    key={each}
                    scope="col"
                    className={clsx(
                      "px-3 py-1.5 text-center font-normal",
                      each === role && "bg-chosen font-medium text-ink",
                    )}
                  >
                    {each}
                  </th>
                ))}
              </tr>
            </thead>
            {byObject(data).map(([object, permissions]) => (
              <tbody key={object} className="border-b border-line last:border-b-0">
                {permissions.map((permission) => (
                  <tr key={permission.action}>
                    <th scope="row" className="px-4 py-1 font-mono text-sm font-normal whitespace-nowrap">
                      {permission.action}
                    </th>
                    <td className="px-4 py-1">{permission.about}</td>
                    {ROLES.map((each) => (
                      <td key={each} className={clsx("px-3 py-1 text-center", each === role && "bg-chosen")}>
                        {reaches(each, permission.role) ? (
                          <>
                            <span aria-hidden>✓</span>
                            <span className="sr-only">yes</span>
                          </>
                        ) : (
                          <>
                            <span aria-hidden className="text-muted">
                              –
                            </span>
                            <span className="sr-only">no</span>
                          </>
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            ))}
          </table>
        </section>
      </Panel>
      <p className="text-sm text-muted">
        The scope of a user or token narrows all of these to its datasets. What the server refuses is in the
        audit log.
      </p>
    </div>
  );
}
