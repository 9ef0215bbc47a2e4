import type { ReactNode } from "react";

/** A numbered part of the form. */
export function Section({
  id,
  number,
  title,
  children,
}: {
  id: string;
  number: number;
  title: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-labelledby={`${id}-title`}
      id={id}
      tabIndex={-1}
      className="rounded border border-line bg-panel"
    >
      <h2 id={`${id}-title`} className="flex items-center gap-2 border-b border-line px-4 py-2 font-semibold">
        <span className="inline-flex size-5 items-center justify-center rounded-full bg-sunken text-sm text-muted">
          {number}
        </span>
        {title}
      </h2>
      <div className="flex flex-col gap-4 px-4 py-3">{children}</div>
    </section>
  );
}

/** A box that can be ticked, with a sentence about it. */
export function Tick(props: {
  label: string;
  about: string;
  on: boolean;
  onChange: (on: boolean) => void;
  type?: "checkbox" | "radio";
  name?: string;
}) {
  return (
    <label className="flex cursor-pointer items-start gap-2">
      <input
        type={props.type ?? "checkbox"}
        name={props.name}
        checked={props.on}
        onChange={(event) => props.onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span>
        {props.label} <span className="text-muted">{props.about}</span>
      </span>
    </label>
  );
}

export function NumberField(props: {
  label: string;
  about: string;
  value: number | null;
  min: number;
  max: number;
  placeholder: string;
  onChange: (value: number | null) => void;
}) {
  return (
    <label className="flex flex-col gap-1">
      <span>
        {props.label} <span className="text-muted">{props.about}</span>
      </span>
      <input
        type="number"
        inputMode="numeric"
        min={props.min}
        max={props.max}
        value={props.value ?? ""}
        placeholder={props.placeholder}
        onChange={(event) => {
          const number = event.target.valueAsNumber;
          props.onChange(
            Number.isInteger(number) && props.min <= number && number <= props.max ? number : null,
          );
        }}
        className="h-8 w-36 rounded border border-line-strong bg-panel px-2"
      />
    </label>
  );
}
