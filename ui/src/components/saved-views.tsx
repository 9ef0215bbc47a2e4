import { useNavigate, useRouterState } from "@tanstack/react-router";
import { Bookmark, Check, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useStore } from "@/lib/store";
import { toast } from "@/lib/toasts";
import { removeView, saveView, type View, type ViewPage, viewSearch, views } from "@/lib/views";
import { Button, IconButton } from "./button";
import { Popover } from "./popover";

/** Names the filters of this list, and comes back to those that have a name. */
export function SavedViews({ page }: { page: ViewPage }) {
  const [open, setOpen] = useState(false);
  const search = viewSearch(useRouterState({ select: (state) => state.location.searchStr }));
  const mine = useStore(views).filter((view) => view.page === page);
  const current = mine.find((view) => view.search === search);
  const navigate = useNavigate();
  const go = (view: View) => {
    setOpen(false);
    void navigate({ href: view.page + view.search });
  };
  return (
    <Popover
      label="Saved views"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button icon={<Bookmark size={14} aria-hidden />}>
          <span className="max-w-40 truncate">{current ? current.name : "Views"}</span>
        </Button>
      }
    >
      {mine.length === 0 ? (
        <p className="px-1.5 py-1 text-muted">No view is saved yet: filter the list, and give that a name.</p>
      ) : (
        <ul>
          {mine.map((view) => (
            <li key={view.name} className="flex items-center gap-1">
              <button
                type="button"
                aria-current={view === current ? "true" : undefined}
                onClick={() => go(view)}
                className="flex min-h-8 min-w-0 grow items-center gap-2 rounded px-1.5 text-left hover:bg-hover"
              >
                <span className="inline-flex w-3.5 shrink-0">
                  {view === current && <Check size={14} aria-hidden />}
                </span>
                <span className="truncate">{view.name}</span>
              </button>
              <IconButton
                label={`Remove the view ${view.name}`}
                className="size-7"
                onClick={() => remove(view)}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      {!current && <SaveForm page={page} search={search} onSaved={() => setOpen(false)} />}
    </Popover>
  );
}

function remove(view: View) {
  removeView(view);
  toast(`The view ${view.name} is removed.`, "plain", { label: "Undo", run: () => saveView(view) });
}

function SaveForm(props: { page: ViewPage; search: string; onSaved: () => void }) {
  const { page, search, onSaved } = props;
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === "" || search === "") return;
    saveView({ page, name: chosen, search });
    toast(`The view ${chosen} is kept in this browser.`, "good");
    onSaved();
  };
  if (search === "") {
    return <p className="border-t border-line px-1.5 pt-2 text-sm text-muted">Nothing is filtered now.</p>;
  }
  return (
    <form onSubmit={submit} className="mt-1 flex flex-col gap-1.5 border-t border-line px-1.5 pt-2">
      <label className="flex flex-col gap-1">
        <span className="text-sm text-muted">Keep the filters of now, in this browser, as</span>
        <input
          value={name}
          maxLength={60}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          className="h-8 rounded border border-line-strong bg-panel px-2"
        />
      </label>
      <Button
        type="submit"
        size="small"
        kind="primary"
        className="self-start"
        disabledReason={name.trim() === "" ? "Give it a name first." : undefined}
      >
        Save this view
      </Button>
    </form>
  );
}
