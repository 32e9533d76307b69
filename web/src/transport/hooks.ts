/** React's side of the transport: live topics and queries with their keys. */
import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { useMemo, useSyncExternalStore } from "react";
import type { Live, Projection } from "#/models/live";
import { Topic } from "./live";

/** Follows a topic as long as the component is shown. */
export function useLive<S>(topic: string, projection: Projection<S>): Live<S> {
  const followed = useMemo(() => new Topic(topic, projection), [topic, projection]);
  return useSyncExternalStore(followed.subscribe, followed.current);
}

export { useInfiniteQuery, useMutation, useQuery, useQueryClient, type UseMutationResult };
