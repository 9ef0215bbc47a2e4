import clsx from "clsx";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { StateMark } from "@/components/state-badge";
import { aboutOf, lookOfBox, titleOf } from "./box-words";
import type { Picture } from "./fold";
import { parentPath, type TreeRow, treeRows, type Way } from "./tree";

interface TreeViewProps {
  label: string;
  picture: Picture;
  way: Way;
  root: string | null;
  onOpen: (id: string) => void;
}

/** The same graph for those who read it by ear or by keyboard: a tree, opened branch by branch. */
export function TreeView({ label, picture, way, root, onOpen }: TreeViewProps) {
  const boxes = useMemo(() => new Map(picture.boxes.map((box) => [box.id, box])), [picture]);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(root === null ? [] : [root]));
  const rows = useMemo(() => treeRows(picture, way, root, open), [picture, way, root, open]);
  const [active, setActive] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const current = rows.find((row) => row.path === active) ?? rows[0];
  const go = (row: TreeRow | undefined) => {
    if (!row) return;
    setActive(row.path);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus());
  };
  const toggle = (row: TreeRow, on: boolean) =>
    setOpen((before) => {
      const next = new Set(before);
      if (on) next.add(row.path);
      else next.delete(row.path);
      return next;
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!current || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(current);
    if (event.key === "ArrowDown") go(rows[at + 1]);
    else if (event.key === "ArrowUp") go(rows[at - 1]);
    else if (event.key === "Home") go(rows[0]);
    else if (event.key === "End") go(rows.at(-1));
    else if (event.key === "ArrowRight") {
      if (current.open) go(rows[at + 1]);
      else if (current.children > 0) toggle(current, true);
    } else if (event.key === "ArrowLeft") {
      if (current.open) toggle(current, false);
      else go(rows.find((row) => row.path === parentPath(current.path)));
    } else if (event.key === "Enter" || event.key === " ") onOpen(current.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={list} role="tree" aria-label={label} onKeyDown={onKeyDown} className="py-1">
      {rows.map((row) => {
        const box = boxes.get(row.id);
        if (!box) return null;
        const look = lookOfBox(box);
        return (
          <div
            key={row.path}
            role="treeitem"
            aria-level={row.level}
            aria-posinset={row.place}
            aria-setsize={row.siblings}
            aria-expanded={row.children > 0 ? row.open : undefined}
            aria-selected={row === current}
            tabIndex={row === current ? 0 : -1}
            onFocus={() => setActive(row.path)}
            onClick={() => onOpen(row.id)}
            className="flex min-h-8 cursor-pointer items-center gap-2 px-2 hover:bg-hover focus-visible:-outline-offset-2"
            style={{ paddingLeft: `${0.5 + (row.level - 1) * 1.5}rem` }}
          >
            {/* Not a stop for the keyboard: left and right do the same. */}
            <span
              aria-hidden="true"
              onClick={(event) => {
                event.stopPropagation();
                if (row.children > 0) toggle(row, !row.open);
              }}
              className="inline-flex size-6 items-center justify-center text-muted"
            >
              {row.children > 0 && (row.open ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
            </span>
            <StateMark look={look} />
            <span className={clsx("font-mono", !box.match && "text-muted")}>{titleOf(box)}</span>
            <span className="text-sm text-muted">
              {look.label}, {aboutOf(box)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
