import { Loading } from "@/components/skeleton";

/** What stands in the place of a page that is still being fetched; never the page before it. */
export function PagePending() {
  return (
    <div className="px-4 py-4 md:px-6">
      <Loading what="the page" />
    </div>
  );
}
