// The draft is the address: a link to a half-filled form is a draft that can be kept and sent.
export { draftSearch as newBackfillSearch } from "./draft";
