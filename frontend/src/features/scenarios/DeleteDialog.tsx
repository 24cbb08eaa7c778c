import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { toProblem } from '@/api/problem';
import { deleteScenario, SCENARIOS_KEY, type ScenarioSummary } from '@/api/scenarios';
import { useAnnounce } from '@/ui/Announcer';
import { FocusReturn } from '@/ui/FocusReturn';
import { ErrorMessage } from '@/ui/states';

import { whatGoes } from './whatGoes';
import { TEXT } from './text';

interface Props {
  scenario: ScenarioSummary;
  onClose: () => void;
  onDeleted: () => void;
}

/** Says what goes and what stays; deletes once the name is typed. */
export function DeleteDialog({ scenario, onClose, onDeleted }: Props) {
  const { name } = scenario;
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [typed, setTyped] = useState('');
  const deletion = useMutation({
    mutationFn: () => deleteScenario(name),
    onSuccess: async () => {
      announce(TEXT.deleted(name));
      onDeleted();
      queries.removeQueries({ queryKey: [...SCENARIOS_KEY, name] });
      await queries.invalidateQueries({ queryKey: SCENARIOS_KEY, exact: true });
    },
  });
  const problem = deletion.error && toProblem(deletion.error);
  return (
    <Dialog open onOpenChange={() => deletion.isPending || onClose()}>
      <DialogSurface>
        <FocusReturn />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (typed === name && !deletion.isPending) deletion.mutate();
          }}
        >
          <DialogBody>
            <DialogTitle>{TEXT.deleteTitle(name)}</DialogTitle>
            <DialogContent>
              {problem && (
                <ErrorMessage
                  title={TEXT.deleteFailed}
                  detail={problem.detail}
                  requestId={problem.requestId}
                />
              )}
              {whatGoes(scenario).map((sentence) => (
                <p key={sentence}>{sentence}</p>
              ))}
              <Field label={TEXT.typeName(name)}>
                <Input
                  value={typed}
                  onChange={(_, { value }) => setTyped(value.trim())}
                  autoComplete="off"
                  spellCheck={false}
                />
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose} disabled={deletion.isPending}>
                {TEXT.cancel}
              </Button>
              <Button
                type="submit"
                appearance="primary"
                disabledFocusable={typed !== name || deletion.isPending}
              >
                {deletion.isPending ? TEXT.deleting : TEXT.confirmDelete}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
