import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';

import { FocusReturn } from './FocusReturn';

/** A question that stands in the way until it is answered; Esc is the careful answer. */
export function Confirm(props: {
  title: string;
  body: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
}) {
  return (
    <>
      <FocusReturn />
      <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && props.onNo()}>
        <DialogSurface
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            props.onNo();
          }}
        >
          <DialogBody>
            <DialogTitle>{props.title}</DialogTitle>
            <DialogContent>{props.body}</DialogContent>
            <DialogActions>
              <Button appearance="primary" onClick={props.onYes}>
                {props.yes}
              </Button>
              <Button onClick={props.onNo}>{props.no}</Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    </>
  );
}
