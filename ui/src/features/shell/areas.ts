import {
  Activity,
  CalendarClock,
  Clock,
  Database,
  GitFork,
  History,
  LayoutDashboard,
  ScrollText,
  Server,
  Settings,
} from "lucide-react";

/** The areas of the program, in the order of the navigation, with the second key of their `g` sequence. */
export const AREAS = [
  { to: "/", label: "Overview", key: "o", icon: LayoutDashboard },
  { to: "/datasets", label: "Datasets", key: "d", icon: Database },
  { to: "/lineage", label: "Lineage", key: "l", icon: GitFork },
  { to: "/backfills", label: "Backfills", key: "b", icon: History },
  { to: "/runs", label: "Runs", key: "r", icon: Activity },
  { to: "/sla", label: "SLA", key: "s", icon: Clock },
  { to: "/schedules", label: "Schedules", key: "t", icon: CalendarClock },
  { to: "/workers", label: "Workers", key: "w", icon: Server },
  { to: "/audit", label: "Audit", key: "a", icon: ScrollText },
  { to: "/settings", label: "Settings", key: "e", icon: Settings },
] as const;
