import { bytes as bytesText, count, countShort } from "@/lib/format";
import { Tooltip } from "./tooltip";

interface AmountProps {
  value: number | null | undefined;
  none?: string;
}

/** A count: short when large, exact in the tooltip. */
export function Count({ value, none = "–" }: AmountProps) {
  if (value === null || value === undefined) return <span className="text-muted">{none}</span>;
  const short = countShort(value);
  const exact = count(value);
  const shown = <span className="whitespace-nowrap tabular-nums">{short}</span>;
  return short === exact ? shown : <Tooltip text={exact}>{shown}</Tooltip>;
}

export function Bytes({ value, none = "–" }: AmountProps) {
  if (value === null || value === undefined) return <span className="text-muted">{none}</span>;
  return (
    <Tooltip text={`${count(value)} bytes`}>
      <span className="whitespace-nowrap tabular-nums">{bytesText(value)}</span>
    </Tooltip>
  );
}
