import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenSignedOut } from "./lib/api";
import { nameMissingParts } from "./lib/parts";
import { startTheme } from "./lib/preferences";
import { createQueryClient } from "./lib/query";
import { makeRouter } from "./router";
import "./styles/app.css";

// What Radix puts into the page as styles is only let through with the nonce of this answer.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
if (nonce) setNonce(nonce);

startTheme();
nameMissingParts();
const cache = createQueryClient();
const router = makeRouter(cache);

whenSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in" || pathname === "/setup") return;
  cache.removeQueries({ queryKey: ["session"] });
  void router.navigate({ to: "/sign-in", search: { return: href } });
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
