import { Columns3 } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { columnChoice } from "@/lib/columns";
import { useStore } from "@/lib/store";
import { Button } from "./button";
import type { Column } from "./data-table";
import { Popover } from "./popover";

/** The columns of a list that are shown, and the button that changes which; the browser remembers it. */
export function useColumns<Row>(list: string, columns: readonly Column<Row>[]) {
  const store = columnChoice(list);
  const choice = useStore(store);
  const isShown = (column: Column<Row>) => choice[column.id] ?? column.optional !== "hidden";
  const shown = useMemo(
    () => columns.filter((one) => !one.optional || (choice[one.id] ?? one.optional !== "hidden")),
    [columns, choice],
  );
  const chooser: ReactNode = (
    <Popover label="Columns" trigger={<Button icon={<Columns3 size={14} aria-hidden />}>Columns</Button>}>
      <ul>
        {columns.map((column) => (
          <li key={column.id}>
            <label className="flex min-h-7 items-center gap-2 rounded px-1.5 hover:bg-hover">
              <input
                type="checkbox"
                checked={!column.optional || isShown(column)}
                disabled={!column.optional}
                onChange={(event) => {
                  const { checked } = event.target;
                  store.set((now) => ({ ...now, [column.id]: checked }));
                }}
                className="size-4 accent-accent"
              />
              {column.header}
              {!column.optional && <span className="ml-auto text-sm text-muted">always</span>}
            </label>
          </li>
        ))}
      </ul>
      {Object.keys(choice).length > 0 && (
        <Button size="small" kind="quiet" className="mt-1" onClick={() => store.set({})}>
          As they were
        </Button>
      )}
    </Popover>
  );
  return { shown, chooser };
}
