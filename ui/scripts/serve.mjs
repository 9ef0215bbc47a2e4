// `npm run serve [port]`: the built program with the fake API, until it is stopped.
import { serveFake } from "./fake.mjs";

const { url } = await serveFake(Number(process.argv[2] ?? 4180));
console.log(url);
