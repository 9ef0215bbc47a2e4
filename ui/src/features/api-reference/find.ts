/** Finding operations by any of their words. */
import type { Operation, OperationGroup } from "./document";

function haystack(operation: Operation): string {
  const names = operation.parameters.map((parameter) => parameter.name);
  return [operation.method, operation.path, operation.id, operation.summary, operation.about, ...names]
    .join(" ")
    .toLowerCase();
}

/** Groups with the operations that hold every word; empty groups are left out. */
export function find(groups: readonly OperationGroup[], words: string): OperationGroup[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return [...groups];
  return groups
    .map((group) => {
      const holds = (operation: Operation) => {
        const hay = `${group.tag.toLowerCase()} ${haystack(operation)}`;
        return wanted.every((word) => hay.includes(word));
      };
      return { ...group, operations: group.operations.filter(holds) };
    })
    .filter((group) => group.operations.length > 0);
}

export function countOperations(groups: readonly OperationGroup[]): number {
  return groups.reduce((sum, group) => sum + group.operations.length, 0);
}
