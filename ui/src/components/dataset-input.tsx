import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { api, unwrap } from "@/lib/api";

interface DatasetInputProps {
  label: string;
  value: string;
  onChange: (dataset: string) => void;
  /** Told at every key, too, and not only when a name is complete. */
  placeholder?: string;
  className?: string;
}

/** The name of a dataset, with the names there are offered while typing. */
export function DatasetInput({ label, value, onChange, placeholder, className }: DatasetInputProps) {
  const [typed, setTyped] = useState(value);
  const list = useId();
  useEffect(() => setTyped(value), [value]);
  const query = useDebounced(typed, 200);
  const { data } = useQuery({
    queryKey: ["datasets", "names", query],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/datasets", { params: { query: { q: query, limit: 20 } }, signal })),
    placeholderData: keepPreviousData,
    enabled: query !== "" && query !== value,
  });
  const names = data?.items.map((dataset) => dataset.name) ?? [];
  return (
    <>
      <input
        type="search"
        aria-label={label}
        list={list}
        value={typed}
        placeholder={placeholder ?? label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          const next = event.target.value;
          setTyped(next);
          // Choosing from the list, or clearing, is done; half a word is not.
          if (next === "" || names.includes(next)) onChange(next);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(typed.trim());
        }}
        onBlur={() => typed.trim() !== value && onChange(typed.trim())}
        className={className ?? "h-8 w-56 rounded border border-line-strong bg-panel px-2 font-mono"}
      />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

/** A value that stands still for a moment before it is taken. */
export function useDebounced<T>(value: T, milliseconds: number): T {
  const [held, setHeld] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setHeld(value), milliseconds);
    return () => window.clearTimeout(timer);
  }, [value, milliseconds]);
  return held;
}
