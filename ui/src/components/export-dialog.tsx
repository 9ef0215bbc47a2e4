import { type ReactNode, useEffect, useState } from "react";
import { count, plural } from "@/lib/format";
import { type Gathered, gather, type ReadPage } from "@/lib/gather";
import { saveFile } from "@/lib/save-file";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ErrorState } from "./error-state";

export interface ExportFormat<Row> {
  /** `CSV`, also the end of the file's name. */
  name: string;
  type: string;
  write: (rows: readonly Row[]) => string;
}

interface ExportDialogProps<Row> {
  title: string;
  description: string;
  /** One of the things and several of them. */
  nouns: readonly [one: string, many: string];
  /** The start of the file's name; the day is added. */
  file: string;
  /** Must stay the same while the dialog is open: a new one begins anew. */
  page: ReadPage<Row>;
  /** More is for the API: a browser should not hold a list without end. */
  max: number;
  /** What to do when there are more. */
  beyond: ReactNode;
  /** The last one is what is mostly wanted. */
  formats: readonly ExportFormat<Row>[];
  onClose: () => void;
}

/** Gathers all that a list holds, says how many they are, and then writes the file. */
export function ExportDialog<Row>(props: ExportDialogProps<Row>) {
  const { page, max, nouns, formats, onClose } = props;
  const [read, setRead] = useState(0);
  const [found, setFound] = useState<Gathered<Row> | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    setRead(0);
    setFound(null);
    gather(page, max, setRead, stop.signal)
      .then(setFound)
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setError(reason);
      });
    return () => stop.abort();
  }, [page, max]);
  const [, many] = nouns;
  const reason = whyNot(found, many);
  const save = ({ name, type, write }: ExportFormat<Row>) => {
    const day = new Date().toISOString().slice(0, 10);
    if (found) saveFile(`${props.file}-${day}.${name.toLowerCase()}`, type, write(found.rows));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={props.title}
      description={props.description}
    >
      <div className="flex flex-col gap-3">
        {error !== null ? (
          <ErrorState what={`The ${many} could not be read.`} error={error} />
        ) : (
          <p role="status">
            {found === null
              ? `Reading… ${count(read)} so far`
              : `${plural(found.rows.length, ...nouns)} to write.`}
          </p>
        )}
        {found?.complete === false && (
          <p className="text-warning">
            These are the first {count(max)}; there are more. {props.beyond}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          {formats.map((format, at) => (
            <Button
              key={format.name}
              kind={at === formats.length - 1 ? "primary" : "plain"}
              disabledReason={reason}
              onClick={() => save(format)}
            >
              Save {format.name}
            </Button>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

function whyNot(found: Gathered<unknown> | null, many: string): string | undefined {
  if (found === null) return `The ${many} are still being read.`;
  return found.rows.length === 0 ? `There are no ${many} to write.` : undefined;
}
