import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { GitFork } from "lucide-react";
import { Button, buttonClass } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Loading, Skeleton } from "@/components/skeleton";
import { LookBadge } from "@/components/state-badge";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { plural } from "@/lib/format";
import { useTopic } from "@/lib/live";
import { useMay } from "@/lib/permissions";
import { DatasetZone } from "@/lib/preferences";
import { ApiError } from "@/lib/problem";
import { useShortcut } from "@/lib/shortcuts";
import { badWords, STANDING } from "@/lib/states";
import type { Dataset } from "@/lib/types";
import { AnnounceButton } from "./announce-button";
import { DATASET_TABS, type DatasetTab } from "./dataset-search";
import { HoldsPanel } from "./holds-panel";
import { LineageTab } from "./lineage-tab";
import { ManifestTab } from "./manifest-tab";
import { MayReadData } from "./may-read-data";
import { PartitionsTab } from "./partitions-tab";
import { PauseButton } from "./pause-button";
import { PreviewTab } from "./preview-tab";
import { datasetQuery, holdsQuery } from "./queries";
import { RunsTab } from "./runs-tab";
import { SchemaTab } from "./schema-tab";
import { SettingsTab } from "./settings-tab";
import { SlaTab } from "./sla-tab";

const route = getRouteApi("/_app/datasets/$name");

const TAB: Record<DatasetTab, string> = {
  partitions: "Partitions",
  runs: "Runs",
  lineage: "Lineage",
  schema: "Schema & contract",
  preview: "Preview",
  manifest: "Manifest",
  sla: "SLA",
  settings: "Settings",
};

export function DatasetPage() {
  const { name } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(datasetQuery(name));
  // Asked for along with the rest, so that its panel does not push the page down later.
  useQuery(holdsQuery(name));
  const tab = search.tab ?? "partitions";
  useTopic(`dataset:${name}`);
  useShortcut("l", "Show this dataset in the lineage", () =>
    navigate({ to: "/lineage", search: { focus: name } }),
  );

  if (error && !data) {
    return (
      <Page title={name}>
        {error instanceof ApiError && error.status === 404 ? (
          <EmptyState
            title={`There is no dataset ${name}.`}
            action={
              <Link to="/datasets" className={buttonClass("primary")}>
                All datasets
              </Link>
            }
          >
            It may have another name in the code that runs now, or be outside of what you may see.
          </EmptyState>
        ) : (
          <ErrorState what={`${name} could not be loaded.`} error={error} retry={refetch} />
        )}
      </Page>
    );
  }
  if (!data) {
    return (
      <Page
        title={name}
        heading={<span className="font-mono">{name}</span>}
        sentence={<Skeleton className="h-5 w-96" />}
      >
        <Loading what={name}>
          <Skeleton className="h-96 w-full" />
        </Loading>
      </Page>
    );
  }
  return (
    <DatasetZone value={data.zone}>
      <Page
        title={name}
        heading={<span className="font-mono">{name}</span>}
        sentence={<Standing data={data} />}
        actions={<Actions data={data} />}
      >
        {data.description && <p className="-mt-2 max-w-prose text-muted">{data.description}</p>}
        <HoldsPanel name={name} />
        <Tabs
          label={`Parts of ${name}`}
          items={DATASET_TABS.map((value) => ({ value, label: TAB[value] }))}
          value={tab}
          onChange={(next) => navigate({ search: (now) => ({ ...now, tab: next }) })}
        >
          <TabContent tab={tab} data={data} />
        </Tabs>
      </Page>
    </DatasetZone>
  );
}

function TabContent({ tab, data }: { tab: DatasetTab; data: Dataset }) {
  switch (tab) {
    case "partitions":
      return <PartitionsTab data={data} />;
    case "runs":
      return <RunsTab name={data.name} />;
    case "lineage":
      return <LineageTab data={data} />;
    case "schema":
      return <SchemaTab data={data} />;
    case "preview":
      return (
        <MayReadData what="The rows of partitions">
          <PreviewTab data={data} />
        </MayReadData>
      );
    case "manifest":
      return (
        <MayReadData what="The files of datasets">
          <ManifestTab name={data.name} />
        </MayReadData>
      );
    case "sla":
      return <SlaTab data={data} />;
    case "settings":
      return <SettingsTab data={data} />;
  }
}

function Standing({ data }: { data: Dataset }) {
  const bad = badWords(data.counts);
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <LookBadge look={STANDING[data.worst]} />
      <span>
        {bad.length === 0
          ? `All ${plural(data.partitions, "partition")} as they should be`
          : `${bad.join(", ")} of ${plural(data.partitions, "partition")}`}
      </span>
      <span>
        {data.kind}, {data.cut}
        {data.kind === "source" || data.published_at ? "" : ", nothing published yet"}
      </span>
      {data.published_at && (
        <span>
          newest {data.kind === "source" ? "found" : "published"} <Time at={data.published_at} relative />
        </span>
      )}
      {data.watch && <Watched watch={data.watch} />}
      {data.owner && <span>owner {data.owner}</span>}
      {data.tags.map((tag) => (
        <Link
          key={tag}
          to="/datasets"
          search={{ tag: [tag] }}
          className="rounded bg-sunken px-1.5 text-sm hover:underline"
        >
          {tag}
        </Link>
      ))}
      {data.paused && (
        <span className="text-warning">
          Paused{data.paused_by ? ` by ${data.paused_by}` : ""} <Time at={data.paused_at} none="" />
        </span>
      )}
    </span>
  );
}

function Actions({ data }: { data: Dataset }) {
  const may = useMay("backfill.create");
  const navigate = route.useNavigate();
  const { sel } = route.useSearch();
  const source = data.kind === "source";
  const backfill = () =>
    navigate({ to: "/backfills/new", search: { dataset: [data.name], ...(sel && { sel }) } });
  useShortcut("b", "Backfill what is selected", backfill, { enabled: may.allowed && !source });
  return (
    <>
      <Link to="/lineage" search={{ focus: data.name }} className={buttonClass()}>
        <GitFork size={14} aria-hidden />
        Lineage
      </Link>
      <PauseButton data={data} />
      {source ? (
        <AnnounceButton data={data} />
      ) : (
        <Button kind="primary" disabledReason={may.reason} onClick={backfill}>
          Backfill…
        </Button>
      )}
    </>
  );
}

/** When a source was looked at, and when it will be. */
function Watched({ watch }: { watch: NonNullable<Dataset["watch"]> }) {
  return (
    <>
      <span>
        {watch.looking ? (
          "being looked at now"
        ) : (
          <>
            looked at <Time at={watch.observed_at} relative none="never" />, next{" "}
            <Time at={watch.next_at} relative />
          </>
        )}
      </span>
      {watch.fault && (
        <span className="text-danger">
          cannot be looked at since <Time at={watch.fault_since} />: <Sentence text={watch.fault} />
        </span>
      )}
    </>
  );
}
