import { Link } from "@tanstack/react-router";
import { Prose } from "@/components/prose";
import { basePath } from "@/lib/api";
import type { Reference } from "./document";
import { DOCUMENT_PATH } from "./queries";

/** What holds for every operation; shown while none is chosen. */
export function Introduction({ reference }: { reference: Reference }) {
  const names = Object.keys(reference.schemas).sort((one, other) => one.localeCompare(other));
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <Prose text={reference.about} className="max-w-prose" />
      <section aria-label="For every operation">
        <h2 className="mb-2 text-lg font-semibold">For every operation</h2>
        <dl className="grid max-w-3xl gap-x-4 gap-y-2 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <Rule name="Who asks">
            <code className="font-mono text-sm">Authorization: Bearer …</code> with a token from{" "}
            <Link to="/settings/$section" params={{ section: "tokens" }} className="text-accent underline">
              Settings, Tokens
            </Link>
            . The role and the scope of the token decide what it sees and may do.
          </Rule>
          <Rule name="Lists">
            answer <code className="font-mono text-sm">items</code> and{" "}
            <code className="font-mono text-sm">next</code>; give{" "}
            <code className="font-mono text-sm">next</code> back as{" "}
            <code className="font-mono text-sm">cursor</code> for the page after.{" "}
            <code className="font-mono text-sm">limit</code> is 1 to 500, and 50 without it.
          </Rule>
          <Rule name="Instants">are RFC 3339 in UTC; durations are numbers of seconds.</Rule>
          <Rule name="Creating">
            takes <code className="font-mono text-sm">Idempotency-Key</code>: sent twice with one key, it
            makes one thing.
          </Rule>
          <Rule name="Errors">
            carry a code with a help page (<code className="font-mono text-sm">tidemill explain CODE</code>),
            a sentence, mostly a hint, and the request id that the log of the server has too.
          </Rule>
          <Rule name="The document">
            is served as{" "}
            <a href={basePath + DOCUMENT_PATH} className="font-mono text-sm text-accent underline">
              {DOCUMENT_PATH}
            </a>
            , OpenAPI 3.1, for generators of clients.
          </Rule>
        </dl>
      </section>
      <section aria-label="Types">
        <h2 className="mb-2 text-lg font-semibold">Types</h2>
        <ul className="flex flex-wrap gap-x-4 gap-y-1">
          {names.map((name) => (
            <li key={name}>
              <Link
                to="/api-reference"
                search={{ schema: name }}
                className="font-mono text-sm text-accent hover:underline"
              >
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Rule({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="font-medium">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
