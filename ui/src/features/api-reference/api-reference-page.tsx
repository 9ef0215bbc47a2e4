import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Prose } from "@/components/prose";
import { Loading } from "@/components/skeleton";
import { plural } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import type { ApiReferenceSearch } from "./api-reference-search";
import type { Reference } from "./document";
import { countOperations, find } from "./find";
import { Introduction } from "./introduction";
import { OperationList } from "./operation-list";
import { OperationView } from "./operation-view";
import { referenceQuery } from "./queries";
import { SchemaView } from "./schema-view";

/** The API as the running server describes it, made for reading. */
export function ApiReferencePage() {
  const search = useSearch({ from: "/_app/api-reference" });
  const { data, error, refetch } = useQuery(referenceQuery());
  return (
    <Page
      title="API"
      sentence={
        data ? `${plural(countOperations(data.groups), "operation")}, version ${data.version}` : undefined
      }
    >
      {error ? (
        <ErrorState
          what="The description of the API could not be loaded."
          error={error}
          retry={() => refetch()}
        />
      ) : data ? (
        <Browser reference={data} search={search} />
      ) : (
        <Loading what="the description of the API" />
      )}
    </Page>
  );
}

function Browser({ reference, search }: { reference: Reference; search: ApiReferenceSearch }) {
  const navigate = useNavigate({ from: "/api-reference" });
  const field = useRef<HTMLInputElement>(null);
  const groups = find(reference.groups, search.q ?? "");
  const operations = groups.flatMap((group) => group.operations);
  const step = (by: 1 | -1) => {
    const at = operations.findIndex((operation) => operation.id === search.op);
    const next = operations[at < 0 ? 0 : at + by];
    if (next) navigate({ search: { ...(search.q !== undefined && { q: search.q }), op: next.id } });
  };
  useShortcut("/", "Search operations", () => field.current?.focus());
  useShortcut("j", "Next operation", () => step(1));
  useShortcut("k", "Previous operation", () => step(-1));
  const type = (q: string) =>
    navigate({ search: (now) => ({ ...now, q: q === "" ? undefined : q }), replace: true });
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]">
      <div className="flex flex-col gap-3 lg:sticky lg:top-2 lg:max-h-[calc(100vh-5rem)]">
        <input
          ref={field}
          type="search"
          aria-label="Search operations"
          placeholder="Search: path, name, parameter"
          value={search.q ?? ""}
          onChange={(event) => type(event.target.value)}
          className="h-8 w-full rounded border border-line-strong bg-panel px-2"
        />
        <div className="max-h-64 overflow-y-auto rounded border border-line bg-panel py-2 lg:max-h-none lg:min-h-0">
          {groups.length === 0 ? (
            <EmptyState
              title="No operation has these words."
              action={<Button onClick={() => type("")}>Clear the search</Button>}
            >
              There are {countOperations(reference.groups)} without it.
            </EmptyState>
          ) : (
            <OperationList groups={groups} search={search} />
          )}
        </div>
      </div>
      <div className="min-w-0 rounded border border-line bg-panel px-4 py-4 md:px-6">
        <Chosen reference={reference} search={search} />
      </div>
    </div>
  );
}

function Chosen({ reference, search }: { reference: Reference; search: ApiReferenceSearch }) {
  if (search.schema !== undefined) {
    const schema = reference.schemas[search.schema];
    if (!schema) return <Unknown what={`type ${search.schema}`} />;
    return (
      <article aria-labelledby="type" className="flex flex-col gap-2">
        <h2 id="type" className="font-mono text-lg font-semibold">
          {search.schema}
        </h2>
        <Prose
          text={typeof schema.description === "string" ? schema.description : ""}
          className="max-w-prose"
        />
        <SchemaView schema={schema} schemas={reference.schemas} />
      </article>
    );
  }
  if (search.op === undefined) return <Introduction reference={reference} />;
  const operation = reference.groups
    .flatMap((group) => group.operations)
    .find((each) => each.id === search.op);
  if (!operation) return <Unknown what={`operation ${search.op}`} />;
  return <OperationView key={operation.id} operation={operation} schemas={reference.schemas} />;
}

function Unknown({ what }: { what: string }) {
  return (
    <EmptyState title={`This server has no ${what}.`}>
      The link may come from another version.{" "}
      <Link to="/api-reference" className="text-accent hover:underline">
        All operations
      </Link>
    </EmptyState>
  );
}
