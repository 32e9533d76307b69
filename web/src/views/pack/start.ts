/** Starts an exercise and goes where it is seen. */
import { useNavigate } from "react-router";
import type { Exercise } from "#/models/exercise";
import { useMutation, useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";

export function useStart(where: (exercise: Exercise) => string) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: portal.start,
    onSuccess: async (exercise) => {
      void queries.invalidateQueries({ queryKey: ["runs"] });
      void queries.invalidateQueries({ queryKey: ["exercises"] });
      await navigate(where(exercise));
    },
  });
}
