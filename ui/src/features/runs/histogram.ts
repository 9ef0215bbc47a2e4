/** The strip over the list of runs: how high its bars are, and which time lies under a pixel. */

import type { Histogram } from "@/lib/types";
import type { Span } from "./runs-search";

type Bucket = Histogram["buckets"][number];

export interface Bar {
  at: Date;
  end: Date;
  /** Shares of the height, which together are at most 1. */
  succeeded: number;
  failed: number;
  cancelled: number;
  bucket: Bucket;
}

export function totalOf(bucket: Bucket): number {
  return bucket.succeeded + bucket.failed + bucket.cancelled;
}

/** What failed must be seen even when a thousand others did not: it gets a twentieth of the height at least. */
const FAILED_MIN = 0.05;

export function barsOf(histogram: Histogram): Bar[] {
  const most = Math.max(1, ...histogram.buckets.map(totalOf));
  return histogram.buckets.map((bucket) => {
    const at = new Date(bucket.at);
    const share = (value: number): number => value / most;
    const failed = bucket.failed > 0 ? Math.max(FAILED_MIN, share(bucket.failed)) : 0;
    const room = 1 - failed;
    const rest = share(bucket.succeeded + bucket.cancelled);
    const scale = rest > room ? room / rest : 1;
    return {
      at,
      end: new Date(at.getTime() + histogram.seconds * 1000),
      failed,
      succeeded: share(bucket.succeeded) * scale,
      cancelled: share(bucket.cancelled) * scale,
      bucket,
    };
  });
}

/** The time under a share of the width. */
export function timeAt(span: Span, share: number): Date {
  const inside = Math.min(1, Math.max(0, share));
  return new Date(span.from.getTime() + inside * (span.to.getTime() - span.from.getTime()));
}

/** What a drag chose, in whole buckets; nothing when it was too short to be one. */
export function brushed(span: Span, seconds: number, a: number, b: number): Span | null {
  if (Math.abs(a - b) < 0.004) return null;
  const step = seconds * 1000;
  const first = timeAt(span, Math.min(a, b)).getTime();
  const last = timeAt(span, Math.max(a, b)).getTime();
  return { from: new Date(Math.floor(first / step) * step), to: new Date(Math.ceil(last / step) * step) };
}

/** The strip in one sentence, for those who do not see it. */
export function stripText(histogram: Histogram): string {
  const sum = (key: "succeeded" | "failed" | "cancelled"): number =>
    histogram.buckets.reduce((total, bucket) => total + bucket[key], 0);
  return `${sum("succeeded")} runs succeeded, ${sum("failed")} failed and ${sum("cancelled")} were cancelled.`;
}
