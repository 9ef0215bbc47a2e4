/** All pages of a list, up to a limit. */

interface Page<Row> {
  items: readonly Row[];
  next?: string | null;
}

export type ReadPage<Row> = (cursor: string | null, signal: AbortSignal) => Promise<Page<Row>>;

/** What was gathered, and whether the limit cut it. */
export interface Gathered<Row> {
  rows: Row[];
  complete: boolean;
}

/** Reads pages until the end or the limit; `progress` hears how many rows there are so far. */
export async function gather<Row>(
  page: ReadPage<Row>,
  max: number,
  progress: (rows: number) => void,
  signal: AbortSignal,
): Promise<Gathered<Row>> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const { items, next }: Page<Row> = await page(cursor, signal);
    rows.push(...items.slice(0, max - rows.length));
    progress(rows.length);
    cursor = next ?? null;
  } while (cursor !== null && rows.length < max);
  return { rows, complete: cursor === null };
}
