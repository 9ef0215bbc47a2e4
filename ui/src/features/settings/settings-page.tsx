import { Link, useParams } from "@tanstack/react-router";
import clsx from "clsx";
import type { ReactNode } from "react";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";
import { About } from "./about";
import { Permissions } from "./permissions";
import { Profile } from "./profile";
import { SECTIONS, type Section } from "./settings-search";
import { Tokens } from "./tokens";
import { Users } from "./users";

const LABEL: Record<Section, string> = {
  profile: "Profile",
  users: "Users",
  tokens: "Tokens",
  permissions: "Permissions",
  about: "About",
};

const CONTENT: Record<Section, () => ReactNode> = {
  profile: () => <Profile />,
  users: () => <Users />,
  tokens: () => <Tokens />,
  permissions: () => <Permissions />,
  about: () => <About />,
};

/** What concerns the person, the people, and the installation. */
export function SettingsPage() {
  const { section: named } = useParams({ from: "/_app/settings/$section" });
  const section = SECTIONS.find((each) => each === named);
  return (
    <Page title={section ? `${LABEL[section]}, settings` : "Settings"} heading="Settings">
      <nav aria-label="Settings" className="flex gap-1 overflow-x-auto border-b border-line">
        {SECTIONS.map((each) => (
          <Link
            key={each}
            to="/settings/$section"
            params={{ section: each }}
            aria-current={each === section ? "page" : undefined}
            className={clsx(
              "-mb-px whitespace-nowrap border-b-2 px-3 py-2",
              each === section
                ? "border-accent font-medium text-ink"
                : "border-transparent text-muted hover:text-ink",
            )}
          >
            {LABEL[each]}
          </Link>
        ))}
      </nav>
      {section ? (
        <div key={section} className="min-w-0">
          {CONTENT[section]()}
        </div>
      ) : (
        <EmptyState title={`There are no settings called ${named}.`}>
          Choose one of the sections above.
        </EmptyState>
      )}
    </Page>
  );
}
