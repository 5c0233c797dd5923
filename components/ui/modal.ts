"use client";

import { Modal, type ModalProps } from "@mantine/core";
import { createElement, useEffect, useState } from "react";

/**
 * The library's own, for a part of the program that is loaded by itself. It begins closed: what had the focus when it
 * opens is what it gives it back to, and it looks for that only then.
 */
export default function LoadedModal(props: ModalProps) {
  const [there, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  return createElement(Modal, { ...props, opened: there && props.opened });
}
