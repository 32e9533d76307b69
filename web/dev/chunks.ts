/**
 * How the build parts the interface into files.
 *
 * Few of them: each costs the browser and the portal more than its bytes do. There is the small
 * first script, one file with all that every page needs, one with what most pages are made of,
 * and one for each view; what is large and of few pages (tables, charts, editor) stays apart.
 */
import type { Rolldown } from "vite";

const FIRST =
  /src\/(first\.ts|shell\/addresses\.ts|transport\/ahead\.ts)|preload-helper|rolldown.runtime/;
const COMMON = [
  /antd\/es\/(input|segmented|splitter|tag|form|grid)\//,
  /@rc-component\/(input|segmented)\//,
  /@ant-design\/icons/,
  /src\/(language|models|shell|transport)\//,
  /src\/components\/(Timeline|RunList|StateTag|ConnectionBadge|Empty|Failed|Page|narrow|Waiting)/,
];

export const output: Rolldown.OutputOptions = {
  codeSplitting: {
    groups: [
      { name: "first", test: FIRST, priority: 2 },
      { name: "base", tags: ["$initial"], priority: 1 },
      { name: "common", test: (id) => COMMON.some((each) => each.test(id)), minShareCount: 2 },
    ],
  },
};
