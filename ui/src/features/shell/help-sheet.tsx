import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { singleKeys } from "@/lib/preferences";
import { shortcuts } from "@/lib/shortcuts";
import { useStore } from "@/lib/store";

/** The keys that work at this moment, as they registered themselves. */
export function HelpSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const all = useStore(shortcuts);
  const keys = useStore(singleKeys);
  const groups = Map.groupBy(all, (shortcut) => shortcut.group);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Keys"
      description="What works on this page now."
      wide
    >
      <div className="gap-8 md:columns-2">
        {[...groups].reverse().map(([group, members]) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 font-semibold">{group}</h3>
            <dl>
              {[...new Map(members.map((one) => [one.keys, one])).values()].map((shortcut) => (
                <div key={shortcut.keys} className="flex min-h-7 items-center justify-between gap-4">
                  <dt>{shortcut.label}</dt>
                  <dd>
                    <Kbd keys={shortcut.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="flex items-center gap-2 border-t border-line pt-3">
        <input
          type="checkbox"
          checked={keys === "on"}
          onChange={(event) => singleKeys.set(event.target.checked ? "on" : "off")}
          className="size-4 accent-accent"
        />
        Keys without Ctrl or Alt do something
      </label>
    </Dialog>
  );
}
