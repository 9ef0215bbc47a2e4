import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/skeleton";
import type { Role } from "@/lib/types";
import { byObject, reaches } from "./access";
import { Choice } from "./field";
import { permissionsQuery } from "./queries";

interface ActionFieldsProps {
  role: Role;
  /** Nothing stands for all that the role may. */
  chosen: readonly string[] | null;
  onChange: (chosen: readonly string[] | null) => void;
}

/** What of that which a role may is meant: all of it, or only some. */
export function ActionFields({ role, chosen, onChange }: ActionFieldsProps) {
  return (
    <div className="flex flex-col gap-2">
      <Choice
        legend="Actions"
        value={chosen === null ? "all" : "some"}
        options={[
          { value: "all", label: `All that the role ${role} may` },
          { value: "some", label: "Some", about: "nothing but what it needs" },
        ]}
        onChange={(value) => onChange(value === "all" ? null : [])}
      />
      {chosen !== null && <Actions role={role} chosen={chosen} onChange={onChange} />}
    </div>
  );
}

function Actions({ role, chosen, onChange }: ActionFieldsProps & { chosen: readonly string[] }) {
  const { data, error, refetch } = useQuery(permissionsQuery());
  if (error) return <ErrorState what="The actions could not be loaded." error={error} retry={refetch} />;
  if (!data) return <Loading what="the actions" />;
  const held = data.filter((permission) => reaches(role, permission.role));
  return (
    <fieldset className="max-h-56 overflow-y-auto rounded border border-line px-3 py-1.5">
      <legend className="sr-only">Which actions</legend>
      {byObject(held)
        .flatMap(([, permissions]) => permissions)
        .map(({ action, about }) => (
          <label key={action} className="flex min-h-6 items-baseline gap-2 py-0.5">
            <input
              type="checkbox"
              checked={chosen.includes(action)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, action] : chosen.filter((one) => one !== action))
              }
              className="size-4 shrink-0 translate-y-0.5 accent-accent"
            />
            <span>
              <span className="font-mono text-sm">{action}</span>
              <span className="text-sm text-muted">, {about}</span>
            </span>
          </label>
        ))}
    </fieldset>
  );
}
