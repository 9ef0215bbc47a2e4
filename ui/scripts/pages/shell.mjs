export const PAGES = [
  {
    name: "palette",
    path: "/",
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: /^Dataset, run/ }).fill("dev");
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "help",
    path: "/datasets/dev_sessions_daily",
    act: async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
];
