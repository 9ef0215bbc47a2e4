/** What a list of the server holds. */
export function itemsOf(answer: unknown): Record<string, unknown>[] {
  if (typeof answer !== "object" || answer === null || !("items" in answer) || !Array.isArray(answer.items))
    throw new Error(`not a list: ${JSON.stringify(answer)}`);
  return answer.items;
}
