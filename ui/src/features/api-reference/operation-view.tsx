import clsx from "clsx";
import { useState } from "react";
import { CopyButton } from "@/components/copy-button";
import { Prose } from "@/components/prose";
import { basePath } from "@/lib/api";
import { curl } from "./curl";
import type { Answer, Operation, Parameter } from "./document";
import { Method } from "./method";
import { limitWords, type Schemas } from "./schema";
import { SchemaView, TypeName } from "./schema-view";

const PLACE: Record<Parameter["place"], string> = {
  path: "In the path",
  query: "In the query",
  header: "In a header",
  cookie: "In a cookie",
};

/** One operation: what it does, what it takes, what it answers, and how to try it. */
export function OperationView({ operation, schemas }: { operation: Operation; schemas: Schemas }) {
  const command = curl(operation, schemas, window.location.origin + basePath);
  return (
    <article aria-labelledby="operation" className="flex min-w-0 flex-col gap-5">
      <header>
        <h2 id="operation" className="text-lg font-semibold">
          {operation.summary || operation.id}
          {operation.deprecated && <span className="ml-2 text-sm font-normal text-warning">deprecated</span>}
        </h2>
        <p className="mt-1 flex items-center gap-2 font-mono text-sm break-all">
          <Method method={operation.method} />
          {operation.path}
          <CopyButton text={operation.path} label="Copy the path" />
        </p>
        <Prose text={operation.about} className="mt-2 max-w-prose" />
      </header>
      {operation.parameters.length > 0 && (
        <Part title="Parameters">
          <Parameters parameters={operation.parameters} schemas={schemas} />
        </Part>
      )}
      {operation.body && (
        <Part title="Body" aside={operation.body.media}>
          <Prose text={operation.body.about} className="max-w-prose pb-1 text-muted" />
          <SchemaView schema={operation.body.schema} schemas={schemas} />
        </Part>
      )}
      <Part title="Try it" aside={<CopyButton text={command} label="Copy the command" />}>
        <pre
          tabIndex={0}
          className="overflow-x-auto rounded border border-line bg-sunken p-3 font-mono text-sm"
        >
          {command}
        </pre>
        <p className="mt-1 text-sm text-muted">
          <code className="font-mono">TIDEMILL_TOKEN</code> is a token from Settings, Tokens, with a role that
          may do this.
        </p>
      </Part>
      <Part title="Answers">
        <ul className="flex flex-col gap-1">
          {operation.responses.map((answer) => (
            <AnswerRow key={`${operation.id} ${answer.status}`} answer={answer} schemas={schemas} />
          ))}
        </ul>
      </Part>
    </article>
  );
}

function Part({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1.5 flex items-center justify-between border-b border-line pb-1 font-semibold">
        {title}
        {aside !== undefined && <span className="text-sm font-normal text-muted">{aside}</span>}
      </h3>
      {children}
    </section>
  );
}

function Parameters({ parameters, schemas }: { parameters: readonly Parameter[]; schemas: Schemas }) {
  return (
    <table className="w-full table-fixed text-left">
      <colgroup>
        <col className="w-36 sm:w-56" />
        <col />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type and meaning</th>
        </tr>
      </thead>
      <tbody>
        {parameters.map((parameter) => (
          <tr
            key={`${parameter.place} ${parameter.name}`}
            className="border-b border-line align-top last:border-b-0"
          >
            <th scope="row" className="py-1.5 pr-3 font-normal">
              <code className="font-mono text-sm font-medium break-all">{parameter.name}</code>
              <span className="block text-xs text-muted">
                {PLACE[parameter.place]}
                {parameter.required && <span className="text-warning">, required</span>}
              </span>
            </th>
            <td className="py-1.5">
              <TypeName schema={parameter.schema} schemas={schemas} />{" "}
              <span className="text-xs text-muted">{limitWords(parameter.schema)}</span>
              <Prose text={parameter.about} className="max-w-prose text-sm text-muted" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AnswerRow({ answer, schemas }: { answer: Answer; schemas: Schemas }) {
  // What comes back when all is well is what most people look for.
  const [open, setOpen] = useState(!answer.isError);
  const mark = (
    <span
      className={clsx(
        "w-16 shrink-0 font-mono text-sm font-semibold",
        answer.isError ? "text-danger" : "text-good",
      )}
    >
      {answer.status}
    </span>
  );
  if (!answer.schema) {
    return (
      <li className="flex items-baseline gap-2 px-1 py-1">
        {mark}
        <Prose text={answer.about || "Without a body."} />
      </li>
    );
  }
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-baseline gap-2 rounded px-1 py-1 text-left hover:bg-hover"
      >
        {mark}
        <span className="grow">{answer.about}</span>
        <span className="text-sm text-muted">{open ? "Hide" : "Show"}</span>
      </button>
      {open && (
        <div className="py-1 pl-3">
          {answer.media !== "application/json" && (
            <p className="font-mono text-xs text-muted">{answer.media}</p>
          )}
          <SchemaView schema={answer.schema} schemas={schemas} />
        </div>
      )}
    </li>
  );
}
