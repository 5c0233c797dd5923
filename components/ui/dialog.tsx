"use client";

import type { ModalProps } from "@mantine/core";
import dynamic from "next/dynamic";
import { useState } from "react";

const Modal = dynamic(() => import("@/components/ui/modal"), { ssr: false });

/** A window over the page, whose program is loaded when it is first opened: most pages are left without one. */
export function Dialog(props: ModalProps) {
  const [wanted, setWanted] = useState(props.opened);
  if (props.opened && !wanted) setWanted(true);
  return wanted || props.opened ? <Modal {...props} /> : null;
}
