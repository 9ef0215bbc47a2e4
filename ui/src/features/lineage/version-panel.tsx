import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Count } from "@/components/amount";
import { Button, buttonClass, IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Facts } from "@/components/page";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import type { LineageLink } from "@/lib/types";
import type { SetLineage } from "./lineage-page";

/** One version: when it was made, how large it is, and its files. */
export function VersionPanel({ link, set }: { link: LineageLink; set: SetLineage }) {
  return (
    <aside
      aria-label={`Details of version ${link.id}`}
      className="w-full shrink-0 rounded border border-line bg-panel lg:w-96"
    >
      <div className="flex items-center justify-between gap-2 border-b border-line px-4 py-1.5">
        <h2 className="min-w-0 break-words font-mono font-semibold">
          {link.dataset} {link.partition}
        </h2>
        <IconButton label="Close the details" onClick={() => set({ panel: undefined })}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="flex flex-col gap-4 px-4 py-3">
        <Facts
          items={[
            [
              "Version",
              <span key="v" className="font-mono">
                {link.id}
              </span>,
            ],
            ["Kind", link.is_source ? "source" : "made by a run"],
            ["Rows", <Count key="r" value={link.rows} />],
            [
              link.is_source ? "Seen" : "Committed",
              <ZoneOf key="c" dataset={link.dataset}>
                <Time at={link.committed_at} seconds />
              </ZoneOf>,
            ],
          ]}
        />
        <div className="flex flex-wrap gap-2">
          <Link
            to="/datasets/$name"
            params={{ name: link.dataset }}
            search={{ p: link.partition }}
            className={buttonClass("primary", "small")}
          >
            Open partition
          </Link>
          <Button
            size="small"
            onClick={() => set({ materialization: link.id, node: undefined, panel: undefined })}
          >
            Focus here
          </Button>
        </div>
        <div>
          <h3 className="font-medium">Files</h3>
          {link.paths.length === 0 && <p className="text-muted">None: it is empty.</p>}
          <ul className="flex max-h-72 flex-col gap-1 overflow-y-auto">
            {link.paths.map((path) => (
              <li key={path} className="flex items-start gap-1">
                <code className="min-w-0 break-all font-mono text-sm">{path}</code>
                <CopyButton text={path} label="Copy the path" />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </aside>
  );
}
