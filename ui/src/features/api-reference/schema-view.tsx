import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Prose } from "@/components/prose";
import type { Schema } from "./document";
import {
  choices,
  deref,
  type Field,
  fields,
  inner,
  limitWords,
  nullable,
  oneType,
  refName,
  type Schemas,
  typeWords,
} from "./schema";

/** The type in words, with a link where it has a name. */
export function TypeName({ schema, schemas }: { schema: Schema; schemas: Schemas }) {
  const shown = choices(schema);
  return (
    <span className="font-mono text-sm">
      {shown.map((choice, index) => {
        const listed = choice.items as Schema | undefined;
        const name = refName(choice) ?? (listed ? refName(listed) : null);
        return (
          <span key={index}>
            {index > 0 && " | "}
            {name !== null && name in schemas ? (
              <>
                {refName(choice) === null && "array of "}
                <Link to="/api-reference" search={{ schema: name }} className="text-accent hover:underline">
                  {name}
                </Link>
              </>
            ) : (
              oneType(choice)
            )}
          </span>
        );
      })}
      {nullable(schema) && shown.length > 0 && <span className="text-muted"> or null</span>}
    </span>
  );
}

/** What a value holds: its fields, or its type where it has none. Deeper ones open on demand. */
export function SchemaView({ schema, schemas }: { schema: Schema; schemas: Schemas }) {
  const opened = inner(schema, schemas);
  const found = deref(schema, schemas);
  return (
    <div className="flex flex-col gap-1">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <TypeName schema={schema} schemas={schemas} />
        {refName(schema) !== null && !opened && (
          <span className="font-mono text-sm text-muted">{typeWords(found)}</span>
        )}
      </p>
      {opened && <Fields fields={fields(opened, schemas)} schemas={schemas} />}
    </div>
  );
}

function Fields({ fields: all, schemas }: { fields: readonly Field[]; schemas: Schemas }) {
  return (
    <ul className="border-l border-line pl-3">
      {all.map((field) => (
        <FieldRow key={field.name} field={field} schemas={schemas} />
      ))}
    </ul>
  );
}

function FieldRow({ field, schemas }: { field: Field; schemas: Schemas }) {
  const [open, setOpen] = useState(false);
  const deeper = inner(field.schema, schemas);
  const limits = limitWords(field.schema);
  const named = refName(field.schema);
  const words = named !== null && !deeper ? typeWords(deref(field.schema, schemas)) : null;
  return (
    <li className="py-0.5">
      <div className="flex flex-wrap items-baseline gap-x-2">
        {deeper ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="-ml-1 inline-flex min-h-6 items-center gap-0.5 rounded pr-1 font-mono text-sm font-medium hover:bg-hover"
          >
            <ChevronRight size={14} aria-hidden className={open ? "rotate-90" : undefined} />
            {field.name}
          </button>
        ) : (
          <span className="pl-3 font-mono text-sm font-medium">{field.name}</span>
        )}
        <TypeName schema={field.schema} schemas={schemas} />
        {!field.required && <span className="text-xs text-muted">optional</span>}
        {limits !== "" && <span className="text-xs text-muted">{limits}</span>}
      </div>
      {words !== null && <p className="pl-3 font-mono text-xs break-words text-muted">{words}</p>}
      <Prose text={field.about} className="max-w-prose pl-3 text-sm text-muted" />
      {open && deeper && (
        <div className="pl-3">
          <Fields fields={fields(deeper, schemas)} schemas={schemas} />
        </div>
      )}
    </li>
  );
}
