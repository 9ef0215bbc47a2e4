import clsx from "clsx";
import { type ComponentProps, type ReactNode, useId, useState } from "react";

interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange" | "value"> {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  /** What is wrong with the value; said once the field was left. */
  fault?: string | null;
}

/** A labelled input: the label above, the hint or the fault below. */
export function TextField({ label, value, onChange, hint, fault, className, ...rest }: TextFieldProps) {
  const [left, setLeft] = useState(false);
  const id = useId();
  const shown = left && fault ? fault : undefined;
  return (
    <div className={clsx("flex flex-col", className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        value={value}
        aria-describedby={`${id}-about`}
        aria-invalid={shown !== undefined || undefined}
        onChange={(event) => onChange(event.target.value)}
        onBlur={() => setLeft(true)}
        className={clsx(
          "mt-0.5 h-8 rounded border bg-panel px-2",
          shown ? "border-danger" : "border-line-strong",
        )}
      />
      <span id={`${id}-about`} className={clsx("mt-0.5 text-sm", shown ? "text-danger" : "text-muted")}>
        {shown ?? hint}
      </span>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  value: T;
  options: readonly { value: T; label: string; about?: string }[];
  onChange: (value: T) => void;
  disabledReason?: string | undefined;
}

/** One of a few, all of them visible with what they mean. */
export function Choice<T extends string>({
  legend,
  value,
  options,
  onChange,
  disabledReason,
}: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={disabledReason ? `${name}-why` : undefined}>
      <legend className="font-medium">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} className="flex min-h-6 items-baseline gap-2 py-0.5">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={disabledReason !== undefined && option.value !== value}
            onChange={() => onChange(option.value)}
            className="translate-y-0.5 accent-accent"
          />
          <span>
            {option.label}
            {option.about && <span className="text-sm text-muted">, {option.about}</span>}
          </span>
        </label>
      ))}
      {disabledReason && (
        <p id={`${name}-why`} className="text-sm text-warning">
          {disabledReason}
        </p>
      )}
    </fieldset>
  );
}
