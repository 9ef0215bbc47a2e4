import type { ReactNode } from "react";
import { useEffect, useRef } from "react";

interface PageProps {
  /** The words in the tab of the browser; the heading, too, when no other is given. */
  title: string;
  heading?: ReactNode;
  /** One sentence that says how things stand. */
  sentence?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of every page: title, heading that takes the focus after a change of page, actions, content. */
export function Page({ title, heading, sentence, actions, children }: PageProps) {
  const h1 = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Tidemill`;
  }, [title]);
  useEffect(() => {
    // Not on the very first page: there the browser decides.
    if (document.body.dataset.moved) h1.current?.focus({ preventScroll: true });
    document.body.dataset.moved = "yes";
  }, []);
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-4 px-4 py-4 md:px-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 lg:flex-nowrap">
        <div className="min-w-0">
          <h1 ref={h1} tabIndex={-1} className="text-xl font-semibold break-words">
            {heading ?? title}
          </h1>
          {sentence && <div className="mt-0.5 text-muted">{sentence}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2 lg:shrink-0">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A framed part of a page with a heading of its own. */
export function Panel(props: {
  title: string;
  id?: string;
  aside?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section aria-label={props.title} id={props.id} className="min-w-0 rounded border border-line bg-panel">
      <div className="flex min-h-10 items-center justify-between gap-4 border-b border-line px-4 py-1.5">
        <h2 className="font-semibold">{props.title}</h2>
        {props.aside}
      </div>
      <div className={props.flush ? "" : "px-4 py-3"}>{props.children}</div>
    </section>
  );
}

/** Names and values, one under the other. */
export function Facts({ items }: { items: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5">
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
